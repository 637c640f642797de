// Any bytes as one OMD-C datagram: check, walk, decode, encode again and describe. Seeds:
// hkex_corpus.py.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>

#include "feedhandlers/hkex/decoder.h"
#include "feedhandlers/hkex/describe.h"
#include "feedhandlers/hkex/encoder.h"
#include "feedhandlers/hkex/layout.h"

namespace {

using namespace indexcast;

void require(bool holds) {
  if (!holds) std::abort();
}

// Touches every field.
class Toucher final : public feed::FieldSink {
 public:
  void integer(std::string_view name, std::int64_t value) override { touch(name, value == 0); }
  void natural(std::string_view name, std::uint64_t value) override { touch(name, value == 0); }
  void decimal(std::string_view name, std::int64_t, int places) override {
    require(places > 0 && places <= 18);
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
  std::size_t fields() const { return fields_; }

 private:
  void touch(std::string_view name, bool bit) {
    ++fields_;
    sum_ += name.size() + (bit ? 1 : 0);
  }
  std::size_t fields_ = 0;
  std::size_t sum_ = 0;
  int depth_ = 0;
};

// A message that decodes does so again from what the encoder makes of it.
template <class Message>
void round_trip(feed::Bytes bytes, feed::DecodeError expected) {
  auto message = std::make_unique<Message>();
  require(hkex::decode(bytes, *message) == expected);
  if (expected != feed::DecodeError::none) return;
  hkex::PacketBuilder packet(1, TimeNs{1});
  if (!packet.add(*message)) return;  // in a datagram of more than Ethernet's
  auto again = std::make_unique<Message>();
  const feed::Bytes encoded = packet.bytes().subspan(hkex::wire::packet::kHeaderSize);
  require(hkex::decode(encoded, *again) == feed::DecodeError::none);
  require(*again == *message);
}

// In memory of its own, so that reading beyond the message is seen, be it inside the packet.
void take_apart(feed::Bytes in_packet, std::uint16_t type) {
  const auto memory = std::make_unique<std::byte[]>(in_packet.size());
  std::copy(in_packet.begin(), in_packet.end(), memory.get());
  const feed::Bytes message(memory.get(), in_packet.size());
  const hkex::MessageFault fault = hkex::check_message(message);
  require(fault.offset <= message.size());
  Toucher toucher;
  hkex::describe(message, toucher);
  require(toucher.balanced());
  const bool known = hkex::layout::visit_type(
      type, [&]<class Message>() { round_trip<Message>(message, fault.error); });
  const bool head_alone = toucher.fields() == 2;
  require(known || head_alone);
  require(fault.error == feed::DecodeError::none || head_alone);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const feed::Bytes datagram(reinterpret_cast<const std::byte*>(data), size);
  hkex::PacketHeader header;
  if (hkex::check_packet(datagram, header) != feed::DecodeError::none) return 0;
  std::size_t walked = hkex::wire::packet::kHeaderSize;
  hkex::for_each_message(datagram, header, [&](const hkex::MessageView& message) {
    walked += message.bytes.size();
    take_apart(message.bytes, message.type);
  });
  require(walked == size);
  return 0;
}
