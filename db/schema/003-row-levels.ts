/**
 * Schema 3: tiles of several rows a line, for plots with more rows than pixels; and between which times all recorded work of
 * a replica and iteration lies, beside its compute window, so that a report reads the spans of its scope only. The latter is
 * null in what an older version derived, which is rebuilt.
 */
export const addRowLevels = `
alter table compute_window add column work_start_ns integer;
alter table compute_window add column work_end_ns integer;

alter table tile add column row_level integer not null default 0;
drop index tile_place;
create unique index tile_place on tile (axis, row_level, level, row_block, column_index);
`;
