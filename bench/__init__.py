"""What publishing a post costs: Signoff's worker beside job queues that do the same without its promises."""
