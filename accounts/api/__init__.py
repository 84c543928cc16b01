"""The API of accounts: serializers and views; the router stands in styleweb/api.py."""
