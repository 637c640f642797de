#include "tests/support/allocation_counter.h"

#include <atomic>
#include <cstdlib>
#include <new>

namespace indexcast::test {
namespace {

thread_local std::uint64_t count = 0;
std::atomic<std::size_t> failing_from{0};

}  // namespace

std::uint64_t allocations() { return count; }
void fail_allocations_from(std::size_t size) { failing_from = size; }

}  // namespace indexcast::test

#if INDEXCAST_COUNTS_ALLOCATIONS
// Not inlined: the compiler would see free() meet a pointer of operator new, and warn.
[[gnu::noinline]] void* operator new(std::size_t size) {
  ++indexcast::test::count;
  const std::size_t failing_from = indexcast::test::failing_from.load(std::memory_order_relaxed);
  if (failing_from != 0 && size >= failing_from) throw std::bad_alloc();
  if (void* memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
[[gnu::noinline]] void operator delete(void* memory) noexcept { std::free(memory); }
[[gnu::noinline]] void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
#endif
