-- The last day on which an account was used, by a look or an act: what the review of rights goes by. An account is a drawn token.
CREATE TABLE account_uses (
    agent text COLLATE "C" PRIMARY KEY,
    used_on date NOT NULL
);

REVOKE ALL ON account_uses FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE ON account_uses TO sne_writer;
GRANT SELECT ON account_uses TO sne_projector;
