/**
 * Schema 1: one run. Frozen once released: a change is a new file with the next number.
 *
 * Words of closed sets (op, kind, …) are stored as words; inside span columns they are the codes of main/common/model.ts.
 * Absolute times are text, since they exceed what a double holds; all other times are integer ns from the run's origin.
 */
export const createFirstSchema = `
create table run (
  id integer primary key check (id = 1),
  name text not null,
  kind text not null,
  origin_epoch_ns text,
  extent_start integer,
  extent_end integer,
  network text,
  schedule text,
  derived_from text,
  created_at_epoch_ms integer not null,
  span_count integer not null,
  pipeline_span_count integer not null,
  import_report text,
  derived_version integer not null
) strict;

create table source (
  ordinal integer primary key,
  name text not null,
  size_bytes integer not null,
  sha256 text not null
) strict;

create table stage (
  id integer primary key,
  name text not null,
  op text not null,
  ordinal integer not null,
  rank integer,
  flops real
) strict;

create table stage_edge (
  from_stage integer not null,
  to_stage integer not null
) strict;

create table lane (
  id integer primary key,
  ordinal integer not null,
  kind text not null,
  process text not null,
  thread text not null,
  process_name text,
  thread_name text,
  device text,
  replica integer,
  rank integer,
  overflow_of integer
) strict;

create table name (
  id integer primary key,
  text text not null,
  category text
) strict;

-- Zone map of the spans [first_span, first_span + count); checksum is the CRC-32 of the chunk's stored numbers.
create table span_chunk (
  id integer primary key,
  first_span integer not null,
  count integer not null,
  min_start integer not null,
  max_end integer not null,
  pipeline_count integer not null,
  max_depth integer not null,
  lane_set blob not null,
  args_size integer not null,
  checksum integer not null
) strict;

-- One column of one chunk (db/columns/integers.ts); id = chunk * 16 + position of the column.
create table span_column (
  id integer primary key,
  encoding integer not null,
  base integer not null,
  data blob
) strict;

create table instant (
  id integer primary key,
  at integer not null,
  lane integer,
  name integer not null,
  scope text not null,
  args text
) strict;

create table counter (
  id integer primary key,
  at integer not null,
  process text not null,
  name integer not null,
  series text not null,
  value real not null
) strict;

create table flow (
  id integer primary key,
  at integer not null,
  lane integer not null,
  name integer not null,
  flow text not null,
  step text not null,
  binding text not null
) strict;

-- Derived: which lane has compute spans of which stage (-1: of none).
create table lane_stage (
  lane integer not null,
  stage integer not null,
  primary key (lane, stage)
) strict, without rowid;

-- Written by people: remarks on a moment, a span or the whole run.
create table note (
  id integer primary key,
  at integer,
  until integer,
  lane integer,
  span integer,
  text text not null,
  created_at_epoch_ms integer not null
) strict;

-- Derived figures by name and scope, thrown away with the other derived data.
create table metric (
  name text not null,
  scope text not null,
  value real not null,
  primary key (name, scope)
) strict, without rowid;
`;
