// One TCP connection as a capture shows it: handshake, data both ways in segments, every segment
// acknowledged, an orderly end. Frames go to a callback in order of time.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "calc/time.h"
#include "feedhandlers/capture/pcap_writer.h"
#include "feedhandlers/transport/bytes.h"
#include "feedhandlers/transport/endpoint.h"

namespace indexcast::sim {

class TcpConversation {
 public:
  using FrameSink = std::function<void(TimeNs, std::vector<std::byte>)>;

  TcpConversation(feed::Endpoint client, feed::Endpoint server, FrameSink sink);

  // `now` is when the first frame passes; later ones follow within microseconds. An instant before
  // the last frame is moved behind it.
  void open(TimeNs now);
  void client_sends(feed::Bytes bytes, TimeNs now) { send(client_, server_, bytes, now); }
  void server_sends(feed::Bytes bytes, TimeNs now) { send(server_, client_, bytes, now); }
  // The server ends the connection.
  void close(TimeNs now);

 private:
  struct Side {
    feed::Endpoint address;
    std::uint32_t next_sequence = 0;
    std::uint16_t ip_id = 0;
  };

  void send(Side& from, Side& to, feed::Bytes bytes, TimeNs now);
  void segment(Side& from, const Side& to, feed::TcpFlags flags, feed::Bytes payload);

  Side client_;
  Side server_;
  FrameSink sink_;
  TimeNs clock_{};
};

}  // namespace indexcast::sim
