// Debian's libzmq is not built with ThreadSanitizer: it hands messages from thread to thread by
// atomics that the sanitizer does not see, and every one of them would be reported as a race. Under
// CURVE they are written by libsodium, on libzmq's thread.
extern "C" const char* __tsan_default_suppressions();
extern "C" const char* __tsan_default_suppressions() {
  return "called_from_lib:libzmq.so\nrace:libzmq.so\nrace:libsodium.so\n";
}
