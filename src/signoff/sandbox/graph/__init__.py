"""A stand-in for Meta's Graph API, as far as Instagram and Facebook Pages need it for publishing."""
