/**
 * Electron's own kind of port as the carrier that everything else knows. It takes no transfer of buffers (it throws, older
 * versions crashed: github.com/electron/electron/issues/37565), so that bytes are copied.
 */
import type { MessagePortMain } from "electron";

import type { Carrier } from "#common/wire/carrier.ts";
import { carryOverPort } from "#common/wire/carrier.ts";

export function carryOverElectronPort(port: MessagePortMain): Carrier {
  return carryOverPort(
    {
      postMessage: (message) => port.postMessage(message),
      addEventListener(type, listener) {
        if (type === "message") port.on("message", listener);
        else if (type === "close") port.on("close", () => listener(undefined));
      },
      start: () => port.start(),
      close: () => port.close(),
    },
    { copies: true },
  );
}
