-- Statistics are queried by a role of their own. What it may see of the views, each view says itself.
GRANT USAGE ON SCHEMA projection, views TO sne_infocentre;
GRANT SELECT ON checkpoints TO sne_infocentre;
