//! The pages of the real server, as people meet them.

mod connect;
mod hostile;
mod markup;
mod settings;
