//! Memory. The only folder with SQL; one module a migration.
