#include <pthread.h>

#include <cstdlib>
#include <iostream>

/**
 * Stands before the C library's function of that name in a test program that says it has one
 * thread: the first thread anyone starts, a library too, ends the program. ThreadSanitizer's build
 * leaves such programs out.
 */
extern "C" int pthread_create(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*) noexcept {
  std::cerr << "this test program starts a thread: give it THREADS in its CMakeLists.txt, "
               "so that ThreadSanitizer runs it too\n";
  std::abort();
}
