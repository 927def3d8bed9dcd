import { hash32 } from '../random.js'
import type { ProductRow } from './rows.js'

/** The URLs, on a third of the products in another order than in `detalle_imagenes`. */
export function mixedUrls(seed: number, id: number, images: ProductRow['detalle_imagenes']): string[] {
  const urls = images.map(({ url }) => url)
  const disagrees = hash32(seed, id, 49) % 3 === 0
  return disagrees ? urls.reverse() : urls
}

/** `detalle_imagenes`: up to three, in their order. */
export function imagesOf(cuenta: string, seed: number, id: number): ProductRow['detalle_imagenes'] {
  const count = hash32(seed, id, 79) % 4
  const images: ProductRow['detalle_imagenes'] = []
  for (let orden = 0; orden < count; orden++) {
    const name = `${id}${hash32(seed, id, 80 + orden)
      .toString(16)
      .padStart(8, '0')}`
    images.push({
      id_imagen: id * 4 + orden,
      orden,
      url: `https://cianbox.org/${cuenta}/uploads/pv_productos/2024/08/${name}.jpg`,
    })
  }
  return images
}
