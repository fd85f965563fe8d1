import { setOf, valued, type Lexicon } from './lexicon.js';

export const spanish: Lexicon = {
  values: valued([
    [
      4,
      'excelente, excelentes, perfecto, perfecta, perfectos, perfectas, increíble, fantástico, fantástica, maravilloso, maravillosa, impecable, genial, espectacular, encanta, encantan, encantó, encantado, encantada, inmejorable, magnífico, superó mis expectativas, supera mis expectativas, superan mis expectativas, a la perfección, inmejorables, una maravilla, una pasada, diez, sobresaliente',
    ],
    [
      3,
      'recomiendo, recomendable, recomendado, recomendaría, satisfecho, satisfecha, resistente, robusto, duradero, cómodo, cómoda, cómodos, cómodas, bonito, bonita, bonitos, precioso, preciosa, rico, delicioso, contento, contenta, muy bien, muy bueno, muy buena, gran, estupendo, estupenda, merece la pena, vale la pena, supera, ningún problema, sin problemas, sin problema, sin dudarlo, sin duda, nada que objetar, ninguna queja, sin quejas, no me arrepiento, no nos arrepentimos, no está mal, no decepciona, no defrauda, vale cada euro, vale cada céntimo, vale lo que cuesta, justo lo que buscaba, lo que buscaba, lo que esperaba, lo que necesitaba, repetiré, repetiría, volveré a comprar, volvería a comprar, volvería a comprarlo, volvería a comprarla, buena compra, gran compra, acierto, acertado, resistentes, duraderos, duraderas, robusta, gratamente, me ha sorprendido, sorprendido, buenos acabados, buen acabado, bien acabado, bien hecho, bien hecha, alta calidad, buena calidad, gran calidad',
    ],
    [
      2,
      'bueno, buena, buenos, buenas, buen, bien, fácil, fáciles, rápido, rápida, ligero, ligera, suave, práctico, práctica, útil, silencioso, barato, económico, correcto, correcta, agradable, sólido, elegante, funciona, cumple, ideal, gusta, gustó, gustan, adecuado, tal como se describe, puntual, amable, compacto, intuitivo, mejor, nítida, nítido, encaja, encajan, ajusta, se ajusta, llegó bien, llegó antes, bien embalado, bien empaquetado, perfectamente, cómodamente, rápidamente, dura mucho, duran mucho, transpirable, impermeable, espacioso, silenciosa, potente, sencillo, sencilla, fiable, estable, firme, abriga, calentito, eficaz, rapidísimo, comodísimo, comodísima, buenísimo, buenísima',
    ],
    [1, 'aceptable, ok, normalito, decente'],
    [
      -1,
      'regular, pequeño, pequeña, ruidoso, ruidosa, caro, cara, pesado, pesada, lento, lenta, fino, estrecho, justo, básico, mediocre, incómodo, incómoda, duro',
    ],
    [
      -2,
      'desgraciadamente, lamentablemente, decepción, decepcionado, decepcionada, decepcionante, decepcionó, demasiado pequeño, demasiado grande, demasiado caro, demasiado fino, problema, problemas, devolver, devolví, devuelto, devolución, devolverlo, devolverla, tarde, retraso, rayado, rayada, débil, difícil, complicado, complicada, falta, faltaba, faltan, fallo, fallos, defecto, huele, olor, molesto, engañoso, pobre, floja, flojo, dejó de funcionar, no funciona, no vale, se calienta, pierde, gotea, encogió, destiñe, borroso, borrosa, se desgasta, atasca, atascan, se atasca, atascado, se despega, se despegó, despegó, despegado, se descose, se descosió, descosido, se descascara, se pela, se oxida, oxidado, se dobla, doblado, se desmonta, se suelta, se afloja, se cae, se calienta demasiado, calienta demasiado, se apaga, se bloquea, se cuelga, no responde, nadie responde, no contestan, no carga, no enciende, no cierra, no encaja, no sirve, no dura, no pega, no entra, no se entienden, no se entiende, no se ve, no se oye, no coincide, no corresponde, no merece la pena, mucho ruido, muchísimo ruido, demasiado ruido, ruido, ruidos, gasta demasiado, gasta mucho, se gasta, incompleto, incompleta, faltaban, golpeado, golpeada, abollado, arañazos, arañado, mancha, manchas, manchado, áspero, áspera, pica, aprieta, resbala, incómodos, incómodas, mal olor, huele mal, huele a, fallan, falla, inestable, tardó, tardaron, caliente demasiado, destiñó, descolorido',
    ],
    [
      -3,
      'malo, mala, malos, malas, mal, malísimo, malísima, pésimo, pésima, horrible, terrible, fatal, roto, rota, rotos, rompió, rompe, rompieron, defectuoso, defectuosa, inútil, basura, estafa, peor, asco, nunca más, no lo recomiendo, no recomiendo, no comprar, no compréis, no lo compren, tirar el dinero, dinero tirado, desastre, falso, falsa, arrepiento, dañado, dañada, feo, fea, inservible, no vale lo que cuesta, no vale nada, se partió, partió, partido, partida, quemó, se quemó, explotó, peligroso, peligrosa, timo, engaño, fraude, vergüenza, vergonzoso, chapuza, porquería, una mierda, mierda, huele fatal, no volveré, no repetiré, me arrepiento, jamás volveré, de mala calidad, mala calidad, pésima calidad, un fiasco, fiasco, lamentable, nefasto, nefasta, reclamación, reembolso, no lo compréis, no la compréis, no os lo recomiendo',
    ],
    [0, 'no, son, fin, pena, solo, sin, con, como'],
  ]),
  negations: setOf('no nunca jamás sin ni nada ningún ninguna tampoco apenas poco poca'),
  degrees: {
    muy: 1.3,
    bastante: 1.1,
    tan: 1.2,
    súper: 1.4,
    super: 1.4,
    realmente: 1.3,
    totalmente: 1.4,
    demasiado: 1.2,
    extremadamente: 1.5,
    más: 1.1,
    mucho: 1.2,
    algo: 0.7,
    poco: 0.7,
    casi: 0.8,
    ligeramente: 0.6,
  },
  contrasts: /(?<!\p{L})(?:pero|aunque|sin embargo|lástima|excepto|desgraciadamente|sino)(?!\p{L})/giu,
  common: setOf(
    'a además al algo alguien alguna algún amiga amigas amigo amigos antes aquí artículo así aunque año años bien buen buena bueno cada casi como compra comprado comprar compré con contra cosa cualquier cualquiera cuando da de del desde después donde dos día días el ella ellos en entre era es esa ese eso esposa esposo esta estaba este esto estos estoy estrella estrellas está están fue gran ha hace hacer han hasta hay he hermana hermano hija hijas hijo hijos hizo la las le les llegó lleva llevo lo los luego madre mamá marido mas me mejor menos mes meses mi mis momento mucha mucho mujer muy más nada nadie ni no nos nosotros o os otra otro padre papá para parece pedido pero poco por porque primera primero producto productos pues que queda quien quiero qué recomiendo se según semana semanas ser si sido sin sobre solo son su sus sí sólo también tan tanto te tener tengo tiene tienen toda todas todo todos tras tres tu tuve un una unas uno unos usar uso ustedes va vale van veces verdad vez y ya yo',
  ),
};
