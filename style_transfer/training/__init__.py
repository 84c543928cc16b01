"""Training: from pictures to weights with a card. The command is in cli/train.py."""
