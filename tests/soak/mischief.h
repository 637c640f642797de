// What a hostile client says to the server's HTTP port.
#pragma once

#include <random>
#include <string>

namespace indexcast::soak {

// Instead of a handshake: noise, a half of one, lines without end, methods that nobody knows.
std::string mischief_before_handshake(std::mt19937_64& random);

// After one: noise, broken frames, frames too large, messages that never end, commands that mean
// nothing or too much.
std::string mischief_after_handshake(std::mt19937_64& random);

}  // namespace indexcast::soak
