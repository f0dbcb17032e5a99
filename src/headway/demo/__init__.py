"""The sample train: nine teams of an invented regional railway, told through the public actions."""
