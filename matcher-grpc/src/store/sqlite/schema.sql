-- Schema 1. Order is the order of writing (seq), never the clock. Times are milliseconds since 1970.

CREATE TABLE meta (
  key TEXT PRIMARY KEY NOT NULL,
  value BLOB NOT NULL
) STRICT;

CREATE TABLE tokens (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  sha256 BLOB NOT NULL UNIQUE,
  tenant TEXT NOT NULL,
  role TEXT NOT NULL,
  name TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  expires_ms INTEGER,
  revoked_ms INTEGER
) STRICT;

CREATE TABLE requests (
  tenant TEXT NOT NULL,
  id TEXT NOT NULL,
  method TEXT NOT NULL,
  digest BLOB NOT NULL,
  answer TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  PRIMARY KEY (tenant, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE datasets (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant TEXT NOT NULL,
  id TEXT NOT NULL UNIQUE,
  created_ms INTEGER NOT NULL,
  body BLOB NOT NULL
) STRICT;
CREATE INDEX datasets_by_tenant ON datasets (tenant, seq);

CREATE TABLE dataset_files (
  dataset TEXT NOT NULL REFERENCES datasets (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  part INTEGER NOT NULL,
  bytes BLOB NOT NULL,
  UNIQUE (dataset, name, part)
) STRICT;

CREATE TABLE runs (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant TEXT NOT NULL,
  id TEXT NOT NULL UNIQUE,
  dataset TEXT NOT NULL REFERENCES datasets (id),
  policy TEXT,
  attached INTEGER NOT NULL,
  state TEXT NOT NULL,
  attempts INTEGER NOT NULL,
  version INTEGER NOT NULL,
  created_ms INTEGER NOT NULL,
  body BLOB NOT NULL
) STRICT;
CREATE INDEX runs_by_tenant ON runs (tenant, seq);
CREATE INDEX runs_by_dataset ON runs (dataset, seq);
CREATE INDEX runs_unfinished ON runs (seq) WHERE state IN ('queued', 'running');

CREATE TABLE run_results (
  run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  section TEXT NOT NULL,
  place INTEGER NOT NULL,
  key TEXT NOT NULL,
  body BLOB NOT NULL,
  PRIMARY KEY (run, section, place)
) STRICT, WITHOUT ROWID;
CREATE INDEX run_results_by_key ON run_results (run, section, key);

CREATE TABLE run_files (
  run TEXT NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  bytes BLOB NOT NULL,
  UNIQUE (run, name)
) STRICT;

CREATE TABLE decisions (
  seq INTEGER PRIMARY KEY AUTOINCREMENT,
  tenant TEXT NOT NULL,
  id TEXT NOT NULL UNIQUE,
  dataset TEXT NOT NULL REFERENCES datasets (id),
  run TEXT NOT NULL REFERENCES runs (id),
  dwelling TEXT NOT NULL,
  household TEXT,
  current INTEGER NOT NULL,
  created_ms INTEGER NOT NULL,
  body BLOB NOT NULL
) STRICT;
CREATE INDEX decisions_by_tenant ON decisions (tenant, seq);
CREATE INDEX decisions_by_dataset ON decisions (dataset, seq);
CREATE INDEX decisions_by_run ON decisions (run);
CREATE UNIQUE INDEX decisions_one_per_dwelling ON decisions (dataset, dwelling) WHERE current = 1;
CREATE UNIQUE INDEX decisions_one_per_household ON decisions (dataset, household) WHERE current = 1 AND household IS NOT NULL;
