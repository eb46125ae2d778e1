-- What the feed and the books ask of the chain's events beyond what they are about: those of a name, such as every slash.
CREATE INDEX events_by_name ON events (name, block, log_index);
