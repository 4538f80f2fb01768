package io.github.redispatterns.lab.cacheaside;

/**
 * A row of the table, and what the caches hold of it.
 *
 * @param id the primary key
 * @param name what a shop window shows
 * @param version how often the row was changed
 */
record Product(long id, String name, long version) {}
