// Debian's libzmq is not built with ThreadSanitizer: it hands messages from thread to thread by
// atomics that the sanitizer does not see, and every one of them would be reported as a race.
extern "C" const char* __tsan_default_suppressions();
extern "C" const char* __tsan_default_suppressions() {
  return "called_from_lib:libzmq.so\nrace:libzmq.so\n";
}
