"""What the network does, as steps one can look at: plain functions, no drawing, no page."""
