#include "tests/soak/mischief.h"

#include "tests/soak/client_frame.h"

namespace indexcast::soak {
namespace {

std::string noise(std::mt19937_64& random, std::size_t most) {
  std::string bytes(1 + random() % most, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

std::string many_commands() {
  std::string bytes;
  for (int i = 0; i < 500; ++i) bytes += client_frame(1, R"({"op":"ping"})");
  return bytes;
}

}  // namespace

std::string mischief_before_handshake(std::mt19937_64& random) {
  switch (random() % 4) {
    case 0:
      return noise(random, 2'000);
    case 1:
      return "GET /v1/stream HTTP/1.1\r\nHost: localhost\r\nUpgrade: webso";
    case 2:
      return "GET / HTTP/1.1\r\nHost: localhost\r\nX: " + std::string(60'000, 'x');
    default:
      return "BREW /v1/stream HTTP/1.1\r\nHost: localhost\r\nContent-Length: 999999999999\r\n\r\n";
  }
}

std::string mischief_after_handshake(std::mt19937_64& random) {
  switch (random() % 9) {
    case 0:
      return noise(random, 300);
    case 1:
      return client_frame(1, noise(random, 300));  // no UTF-8
    case 2:
      return client_frame(3, noise(random, 100));  // no opcode
    case 3:
      return client_frame(9, std::string(126, 'p'));  // a ping too long
    case 4:
      return client_frame(1, R"({"op":"subscribe","codes":["nobody","","000000"]})");
    case 5:
      return client_frame(1, std::string(70'000, '{'));
    case 6:
      return std::string("\x01\x80\0\0\0\0", 6);  // the first piece of a message without a last
    case 7:
      return many_commands();
    default:
      return std::string("\x81\x05hello", 7);  // not masked
  }
}

}  // namespace indexcast::soak
