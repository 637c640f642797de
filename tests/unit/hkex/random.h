// Seeded numbers of 32 bits, the same on every platform.
#pragma once

#include <cstdint>
#include <random>

namespace indexcast::hkex::test {

class Random {
 public:
  explicit Random(std::uint32_t seed) : engine_(seed) {}
  std::uint32_t operator()() { return static_cast<std::uint32_t>(engine_()); }
  std::uint32_t up_to(std::uint32_t n) { return (*this)() % n; }
  bool one_in(std::uint32_t n) { return up_to(n) == 0; }

 private:
  std::mt19937 engine_;
};

}  // namespace indexcast::hkex::test
