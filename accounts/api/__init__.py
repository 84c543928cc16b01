"""The API of accounts: serializers and views. The router is in styleweb/api.py."""
