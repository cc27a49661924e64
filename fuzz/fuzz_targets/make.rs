#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| authlint_fuzz::front("Makefile", data));
