"""What users of other systems complained about, as promises: each test bears the number of the complaint it answers."""
