-- When a tenant was made, and since when it is suspended; null for neither known nor so.
ALTER TABLE tenants ADD COLUMN created_at INTEGER;
ALTER TABLE tenants ADD COLUMN suspended_at INTEGER;
