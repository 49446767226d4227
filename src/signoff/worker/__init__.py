"""The worker: finds what is due and has it carried out. Thin: the rules are in `pipeline.publish`."""
