//! `koalr plugin`: versions are installed, swapped in, tried, pinned, paused and taken back.

mod canary;
mod consent;
mod docs;
mod life;
mod named;
mod pause;
mod shadow;
mod signature;
mod stored;
mod variant;
