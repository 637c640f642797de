// A pair of CURVE keys that exists nowhere else.
#pragma once

#include <zmq.h>

#include <array>
#include <string>

namespace indexcast::test {

struct CurveKeys {
  CurveKeys() { zmq_curve_keypair(public_text.data(), secret_text.data()); }
  std::string public_key() const { return public_text.data(); }
  std::string secret_key() const { return secret_text.data(); }

  std::array<char, 41> public_text{};
  std::array<char, 41> secret_text{};
};

}  // namespace indexcast::test
