// Which HKEX packets each line loses: seeded, independent, never one packet on both.
#pragma once

#include "feedhandlers/simulator/random.h"

namespace indexcast::sim {

struct Lost {
  bool a = false;
  bool b = false;
};

class LineLoss {
 public:
  LineLoss(std::uint64_t seed, double share_a, double share_b)
      : random_(seed, kStream), share_a_(share_a), share_b_(share_b) {}

  // The fate of the next packet.
  Lost next() {
    Lost lost{random_.chance(share_a_), random_.chance(share_b_)};
    const bool spare_a = random_.between(0, 1) == 0;
    if (lost.a && lost.b) (spare_a ? lost.a : lost.b) = false;
    return lost;
  }

 private:
  static constexpr std::uint64_t kStream = 2'000'000'000;

  Random random_;
  double share_a_;
  double share_b_;
};

}  // namespace indexcast::sim
