//! The lowest floor under hostile arguments.

mod hostile;
