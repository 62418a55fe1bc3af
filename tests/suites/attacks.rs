//! Every hostile guest against the host, by its name; and every limit against the guest it stops.

use koalr_tests::attacks;

/// A guest without an attack of its name does not compile.
macro_rules! attack {
    ($name:ident) => {
        #[tokio::test]
        async fn $name() {
            attacks::$name().await;
        }
    };
}

koalr_guests::foreach_guest!(attack);
koalr_tests::foreach_made_guest!(attack);
