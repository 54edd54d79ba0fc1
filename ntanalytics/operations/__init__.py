"""Operations on a site: diagnosis, maintenance, retention, backfill."""
