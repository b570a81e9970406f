"""Networks trained with the exported rules, in PyTorch. ``make networks`` runs them."""
