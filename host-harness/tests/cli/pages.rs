//! The pages of the real server, as people meet them.

mod hostile;
mod markup;
mod settings;
