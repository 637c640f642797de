// The simulator's only source of chance. The generator is the standard's, which fixes its output;
// the draws are our own integers, because the standard leaves its distributions to each library.
#pragma once

#include <cstdint>
#include <random>

namespace indexcast::sim {

class Random {
 public:
  // Streams of one seed are independent of each other: one security more leaves the others' days
  // as they were.
  Random(std::uint64_t seed, std::uint64_t stream) : generator_(mix(seed, stream)) {}

  // Uniform in [low, high], low <= high. The modulo's bias is below 2^-30 for ranges under 2^34.
  std::int64_t between(std::int64_t low, std::int64_t high) {
    const auto width = static_cast<std::uint64_t>(high - low) + 1;
    return low + static_cast<std::int64_t>(generator_() % width);
  }

  // True with the given probability (0 .. 1); always costs one draw.
  bool chance(double probability) {
    return between(0, kChanceUnits - 1) <
           static_cast<std::int64_t>(probability * static_cast<double>(kChanceUnits));
  }

 private:
  static constexpr std::int64_t kChanceUnits = 1'000'000'000;

  // SplitMix64's finisher over seed and stream.
  static constexpr std::uint64_t mix(std::uint64_t seed, std::uint64_t stream) {
    std::uint64_t z = seed * 0x9e37'79b9'7f4a'7c15u + stream + 1;
    z = (z ^ (z >> 30)) * 0xbf58'476d'1ce4'e5b9u;
    z = (z ^ (z >> 27)) * 0x94d0'49bb'1331'11ebu;
    return z ^ (z >> 31);
  }

  std::mt19937_64 generator_;
};

}  // namespace indexcast::sim
