// Any bytes as one OMD-C datagram: check, walk, decode and describe.
#include <cstddef>
#include <cstdint>
#include <cstdlib>

#include "feedhandlers/hkex/decoder.h"
#include "feedhandlers/hkex/describe.h"

namespace {

using namespace indexcast;

// Touches every field.
class Toucher final : public feed::FieldSink {
 public:
  void integer(std::string_view name, std::int64_t value) override { touch(name, value == 0); }
  void natural(std::string_view name, std::uint64_t value) override { touch(name, value == 0); }
  void decimal(std::string_view name, std::int64_t, int places) override {
    if (places < 0 || places > 18) std::abort();
    touch(name, true);
  }
  void text(std::string_view name, std::string_view value) override {
    for (const char c : value) touch(name, c == 'x');
  }
  void begin_list(std::string_view) override { ++depth_; }
  void begin_item() override { ++depth_; }
  void end_item() override { --depth_; }
  void end_list() override { --depth_; }
  bool balanced() const { return depth_ == 0; }

 private:
  void touch(std::string_view name, bool bit) { sum_ += name.size() + (bit ? 1 : 0); }
  std::size_t sum_ = 0;
  int depth_ = 0;
};

template <class... Messages>
void decode_as(feed::Bytes bytes) {
  (
      [bytes] {
        Messages message;
        hkex::decode(bytes, message);
      }(),
      ...);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const feed::Bytes datagram(reinterpret_cast<const std::byte*>(data), size);
  hkex::PacketHeader header;
  if (hkex::check_packet(datagram, header) != feed::DecodeError::none) return 0;
  std::size_t walked = hkex::wire::packet::kHeaderSize;
  hkex::for_each_message(datagram, header, [&](const hkex::MessageView& message) {
    walked += message.bytes.size();
    Toucher toucher;
    hkex::describe(message.bytes, toucher);
    if (!toucher.balanced()) std::abort();
    decode_as<hkex::MarketDefinition, hkex::SecurityDefinition, hkex::CurrencyRate,
              hkex::TradingSessionStatus, hkex::SecurityStatus, hkex::NominalPrice,
              hkex::Statistics, hkex::ClosingPrice, hkex::SequenceReset>(message.bytes);
  });
  if (walked != size) std::abort();
  return 0;
}
