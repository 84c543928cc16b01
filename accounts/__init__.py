"""Users, sign-up and sign-in, API tokens with scopes, preferences."""
