-- Whoever is the only one to change a database, as a gateway is whose database is embedded, listens for what it would ask for with
-- every call: that a revision was raised, or that a block was read.
CREATE FUNCTION "tell_revision"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
	PERFORM pg_notify('revisions', '');
	RETURN NULL;
END
$$;
--> statement-breakpoint
CREATE TRIGGER "revisions_told" AFTER INSERT OR UPDATE OR DELETE ON "revisions" FOR EACH STATEMENT EXECUTE FUNCTION "tell_revision"();
--> statement-breakpoint
CREATE TRIGGER "cursor_told" AFTER INSERT OR UPDATE OR DELETE ON "cursor" FOR EACH STATEMENT EXECUTE FUNCTION "tell_revision"();
