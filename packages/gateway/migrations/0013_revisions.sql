-- How often what is kept in memory between two questions was changed, by whichever replica: the change itself counts, in its
-- own transaction. A session that was deleted had expired, which whoever keeps it sees by the clock.
CREATE TABLE "revisions" (
	"name" text PRIMARY KEY NOT NULL,
	"value" bigint NOT NULL
);
--> statement-breakpoint
INSERT INTO "revisions" ("name", "value") VALUES ('sessions', 0), ('patient_countries', 0);
--> statement-breakpoint
CREATE FUNCTION "raise_revision"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	UPDATE "revisions" SET "value" = "value" + 1 WHERE "name" = TG_TABLE_NAME;
	RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE TRIGGER "sessions_revision" AFTER UPDATE OF "ended_at" ON "sessions" FOR EACH ROW EXECUTE FUNCTION "raise_revision"();
--> statement-breakpoint
CREATE TRIGGER "patient_countries_revision" AFTER INSERT OR UPDATE OR DELETE ON "patient_countries" FOR EACH ROW EXECUTE FUNCTION "raise_revision"();
