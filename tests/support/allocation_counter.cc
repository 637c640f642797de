#include "tests/support/allocation_counter.h"

#include <cstdlib>
#include <new>

namespace indexcast::test {
namespace {

thread_local std::uint64_t count = 0;

}  // namespace

std::uint64_t allocations() { return count; }

}  // namespace indexcast::test

#if INDEXCAST_COUNTS_ALLOCATIONS
// Not inlined: the compiler would see free() meet a pointer of operator new, and warn.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++indexcast::test::count;
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
#endif
