#include "server/web/tls_context.h"

#include "server/access/token_file.h"
#include "server/settings/fault_list.h"

namespace indexcast::server {
namespace {

namespace ssl = boost::asio::ssl;
using boost::system::error_code;

}  // namespace

absl::StatusOr<std::unique_ptr<ssl::context>> load_tls(const TlsSettings& settings) {
  if (settings.certificate.empty()) return nullptr;
  // A key that others may read is no secret, like a token.
  if (absl::Status status = check_secrecy(settings.key); !status.ok()) return status;
  auto context = std::make_unique<ssl::context>(ssl::context::tls_server);
  context->set_options(ssl::context::default_workarounds | ssl::context::no_compression |
                       ssl::context::single_dh_use);
  ::SSL_CTX_set_min_proto_version(context->native_handle(), TLS1_2_VERSION);
  ::SSL_CTX_set_mode(context->native_handle(), SSL_MODE_RELEASE_BUFFERS);
  FaultList faults;
  error_code error;
  context->use_certificate_chain_file(settings.certificate, error);
  if (error) faults.add(settings.certificate, 0, "certificate", error.message());
  // Says too when key and certificate do not belong together.
  context->use_private_key_file(settings.key, ssl::context::pem, error);
  if (error) faults.add(settings.key, 0, "key", error.message());
  if (!faults.empty()) return faults.status();
  return context;
}

}  // namespace indexcast::server
