ALTER TABLE "grants" ADD COLUMN "filing" boolean DEFAULT false NOT NULL;--> statement-breakpoint
ALTER TABLE "grants" ALTER COLUMN "filing" DROP DEFAULT;--> statement-breakpoint
DROP INDEX "grants_in_force";--> statement-breakpoint
CREATE UNIQUE INDEX "grants_in_force" ON "grants" USING btree ("patient","reader","compartment","filing") WHERE ended is null;
