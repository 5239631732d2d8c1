/**
 * Schema 2: what is derived from the spans so that opening a run reads none of them, and drawing it few. All of it is thrown
 * away and built again when `run.derived_version` is another one.
 */
export const addPyramid = `
-- Derived: when the compute spans of a replica and iteration (-1: those without one) start and end.
create table compute_window (
  replica integer not null,
  iteration integer not null,
  start_ns integer not null,
  end_ns integer not null,
  primary key (replica, iteration)
) strict, without rowid;

-- Derived: axes that have stored tiles, from level \`finest\` up to the last one. An axis may look like another one and have its tiles.
create table pyramid (
  axis text primary key,
  tiles_of text not null,
  base_ns integer not null,
  finest integer not null
) strict, without rowid;

-- Derived: tiles that are not empty (db/pyramid/encode-tile.ts).
create table tile (
  axis text not null,
  level integer not null,
  row_block integer not null,
  column_index integer not null,
  data blob not null
) strict;
create unique index tile_place on tile (axis, level, row_block, column_index);
`;
