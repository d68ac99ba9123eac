"""From a member's few words to a plan."""
