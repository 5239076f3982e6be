-- The access log as it grows: what is anchored and what is not are looked for by themselves, so is what another gateway asked for, and
-- nobody who writes keeps out who cleans up. Without statistics, a log of 100,000 entries was walked through with each new one.
DROP INDEX "receipts_anchor";--> statement-breakpoint
CREATE INDEX "receipts_anchor" ON "receipts" USING btree ("anchor") WHERE "receipts"."anchor" is not null;--> statement-breakpoint
CREATE INDEX "receipts_unanchored" ON "receipts" USING btree ("index") WHERE "receipts"."anchor" is null;--> statement-breakpoint
DROP INDEX "receipts_request";--> statement-breakpoint
CREATE INDEX "receipts_forwarded" ON "receipts" USING btree ("request_hash") WHERE "receipts"."forwarded_by" is not null;--> statement-breakpoint
-- As in 0015, with another lock and another way to an earlier receipt.
CREATE OR REPLACE FUNCTION "append_receipts"("entries" json, "notices" json, "least" bigint, "release_seconds" bigint)
RETURNS TABLE ("place" bigint, "index" bigint, "written" boolean) LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
	start bigint;
BEGIN
	-- One writer at a time: indexes are consecutive (A3), also with several replicas on one database. Any number that nothing else locks
	-- here; a lock on the table itself would keep out whoever anchors, and autovacuum for as long as there is something to write.
	PERFORM pg_advisory_xact_lock(7277304);
	SELECT greatest(coalesce(max("index") + 1, 0), "least") INTO start FROM "receipts";
	RETURN QUERY
	WITH "given" AS MATERIALIZED (
		SELECT e.*, decode(substr(e."request" ->> 'nonce', 3), 'hex') AS "nonce"
		FROM json_populate_recordset(NULL::"receipts", "entries") WITH ORDINALITY AS
			e("index", "reader", "patient", "records", "purpose", "decision", "at", "request_hash", "salt", "request", "signature", "forwarded_by", "anchor", "place")
	), "spent" AS (
		INSERT INTO "request_nonces" ("reader", "nonce", "issued_at")
		SELECT DISTINCT ON ("reader", "nonce") "reader", "nonce", ("request" ->> 'issuedAt')::bigint
		FROM "given" WHERE "forwarded_by" IS NULL
		ON CONFLICT DO NOTHING
		RETURNING "reader", "nonce"
	), "known" AS (
		-- Of several that are the same, the first is written.
		SELECT g.*,
			min(g."place") OVER (PARTITION BY g."forwarded_by", CASE WHEN g."forwarded_by" IS NULL THEN g."reader" || g."nonce" ELSE g."request_hash" END) AS "leader",
			-- Of an expression, so that the log is never walked through in the order of its indexes for the first that fits.
			(SELECT min(r."index" + 0) FROM "receipts" r WHERE r."request_hash" = g."request_hash" AND r."forwarded_by" = g."forwarded_by" AND r."at" >= g."at" - "release_seconds") AS "earlier"
		FROM "given" g
	), "new" AS (
		SELECT k.*, start + row_number() OVER (ORDER BY k."place") - 1 AS "number"
		FROM "known" k LEFT JOIN "spent" s ON s."reader" = k."reader" AND s."nonce" = k."nonce"
		WHERE k."place" = k."leader" AND CASE WHEN k."forwarded_by" IS NULL THEN s."reader" IS NOT NULL ELSE k."earlier" IS NULL END
	), "appended" AS (
		INSERT INTO "receipts" ("index", "reader", "patient", "records", "purpose", "decision", "at", "request_hash", "salt", "request", "signature", "forwarded_by")
		SELECT "number", "reader", "patient", "records", "purpose", "decision", "at", "request_hash", "salt", "request", "signature", "forwarded_by"
		FROM "new"
	), "news" AS (
		SELECT n."account", n."kind", n."about" || jsonb_build_object('receipt', w."number") AS "about", w."at",
			row_number() OVER (PARTITION BY n."account" ORDER BY n."place") AS "nth", count(*) OVER (PARTITION BY n."account") AS "own"
		FROM json_to_recordset("notices") AS n("place" bigint, "account" bytea, "kind" text, "about" jsonb)
		JOIN "new" w ON w."place" = n."place"
	), "heads" AS (
		-- In the order of the accounts: two that tell the same ones never wait for one another in a circle.
		INSERT INTO "notification_heads" AS h ("account", "last")
		SELECT "account", count(*) FROM "news" GROUP BY "account" ORDER BY "account"
		ON CONFLICT ("account") DO UPDATE SET "last" = h."last" + excluded."last"
		RETURNING h."account", h."last"
	), "told" AS (
		INSERT INTO "notifications" ("account", "id", "kind", "about", "at", "told_at")
		SELECT n."account", h."last" - n."own" + n."nth", n."kind", n."about", n."at", n."at"
		FROM "news" n JOIN "heads" h ON h."account" = n."account"
	)
	SELECT k."place", coalesce(k."earlier", w."number"), w."number" IS NOT NULL AND w."place" = k."place"
	FROM "known" k LEFT JOIN "new" w ON w."place" = k."leader" AND (k."forwarded_by" IS NOT NULL OR w."place" = k."place");
END
$$;
