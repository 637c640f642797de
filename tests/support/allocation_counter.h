// Counts what a test program takes from the heap, for the promise that the data plane takes
// nothing.
#pragma once

#include <cstddef>
#include <cstdint>

// The sanitizers bring an allocator of their own, which must not be mixed with the counting one.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define INDEXCAST_COUNTS_ALLOCATIONS 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define INDEXCAST_COUNTS_ALLOCATIONS 0
#endif
#endif
#ifndef INDEXCAST_COUNTS_ALLOCATIONS
#define INDEXCAST_COUNTS_ALLOCATIONS 1
#endif

#define INDEXCAST_NEED_ALLOCATION_COUNTER() \
  if (!INDEXCAST_COUNTS_ALLOCATIONS) GTEST_SKIP() << "a sanitizer's allocator is in place"

namespace indexcast::test {

// Calls of operator new on this thread so far. A program that asks lists allocation_counter.cc
// among its sources, which replaces the operators.
std::uint64_t allocations();

// From now on operator new throws std::bad_alloc on every thread for `size` bytes and more. 0:
// never.
void fail_allocations_from(std::size_t size);

}  // namespace indexcast::test
