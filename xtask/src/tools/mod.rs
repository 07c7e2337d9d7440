//! Building blocks of commands. Nothing here knows a command.

pub(crate) mod cargo;
pub(crate) mod install;
pub(crate) mod paths;
pub(crate) mod process;
pub(crate) mod report;
