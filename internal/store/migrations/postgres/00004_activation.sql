-- +goose Up

ALTER TABLE policy ADD COLUMN who TEXT COLLATE "C" NOT NULL DEFAULT ''; -- pseudonym of who activated it, '' = the first run
