import java.io.File;
import java.io.FileInputStream;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import javax.xml.XMLConstants;
import javax.xml.crypto.KeySelector;
import javax.xml.crypto.dom.DOMStructure;
import javax.xml.crypto.dsig.DigestMethod;
import javax.xml.crypto.dsig.Reference;
import javax.xml.crypto.dsig.SignedInfo;
import javax.xml.crypto.dsig.Transform;
import javax.xml.crypto.dsig.XMLObject;
import javax.xml.crypto.dsig.XMLSignature;
import javax.xml.crypto.dsig.XMLSignatureFactory;
import javax.xml.crypto.dsig.dom.DOMSignContext;
import javax.xml.crypto.dsig.dom.DOMValidateContext;
import javax.xml.crypto.dsig.keyinfo.KeyInfo;
import javax.xml.crypto.dsig.keyinfo.KeyInfoFactory;
import javax.xml.crypto.dsig.keyinfo.X509Data;
import javax.xml.crypto.dsig.spec.C14NMethodParameterSpec;
import javax.xml.crypto.dsig.spec.TransformParameterSpec;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.transform.TransformerFactory;
import javax.xml.transform.dom.DOMSource;
import javax.xml.transform.stream.StreamResult;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;

/**
 * The JDK's own XML signatures (javax.xml.crypto) as a referee; one start for many documents.
 *
 * <pre>
 * Referee verify (CA DOCUMENT)...            a line for each: good, or what is wrong
 * Referee sign (PREFIX KEY IN OUT)...        signs in the layout of IN, whose Signature has no values yet
 * </pre>
 */
public final class Referee {
    private static final XMLSignatureFactory DSIG = XMLSignatureFactory.getInstance("DOM");
    private static final String XADES = "http://uri.etsi.org/01903/v1.3.2#";

    public static void main(String[] arguments) throws Exception {
        if (arguments[0].equals("verify")) {
            for (int i = 1; i < arguments.length; i += 2) {
                System.out.println(verdict(arguments[i], arguments[i + 1]));
            }
        } else {
            for (int i = 1; i < arguments.length; i += 4) {
                sign(arguments[i], arguments[i + 1], arguments[i + 2], arguments[i + 3]);
            }
        }
    }

    private static String verdict(String authority, String document) {
        try {
            return verify(certificate(new FileInputStream(authority)), read(document));
        } catch (Exception error) {
            return error.toString().replace('\n', ' ');
        }
    }

    private static String verify(X509Certificate authority, Document document) throws Exception {
        Element signature = only(document, XMLSignature.XMLNS, "Signature");
        DOMValidateContext context = new DOMValidateContext(KeySelector.singletonKeySelector(key(authority, signature)), signature);
        context.setProperty("org.jcp.xml.dsig.secureValidation", Boolean.TRUE);
        Element parent = (Element) signature.getParentNode();
        context.setIdAttributeNS(parent, null, "Id");
        context.setIdAttributeNS(only(document, XADES, "SignedProperties"), null, "Id");
        XMLSignature parsed = DSIG.unmarshalXMLSignature(context);
        List<Reference> references = parsed.getSignedInfo().getReferences();
        if (references.size() != 2 || !references.get(0).getURI().equals("#" + parent.getAttribute("Id"))) {
            return "references";
        }
        for (Reference reference : references) {
            if (!reference.validate(context)) {
                return "digest of " + reference.getURI();
            }
        }
        return parsed.getSignatureValue().validate(context) && parsed.validate(context) ? "good" : "signature value";
    }

    private static java.security.PublicKey key(X509Certificate authority, Element signature) throws Exception {
        String text = only(signature.getOwnerDocument(), XMLSignature.XMLNS, "X509Certificate").getTextContent();
        X509Certificate signer = certificate(new java.io.ByteArrayInputStream(Base64.getMimeDecoder().decode(text)));
        signer.verify(authority.getPublicKey());
        return signer.getPublicKey();
    }

    private static void sign(String prefix, String keyFile, String from, String to) throws Exception {
        Document document = read(from);
        Element layout = only(document, XMLSignature.XMLNS, "Signature");
        Element target = (Element) layout.getParentNode();
        Element properties = only(document, XADES, "SignedProperties");
        Element qualifying = (Element) properties.getParentNode();
        String certificate = only(document, XMLSignature.XMLNS, "X509Certificate").getTextContent();
        XMLObject object = DSIG.newXMLObject(List.of(new DOMStructure(qualifying)), null, null, null);
        XMLSignature signature = DSIG.newXMLSignature(
            signedInfo(document, target, properties), keyInfo(certificate), List.of(object), layout.getAttribute("Id"), null);
        target.removeChild(layout);
        // What it inherited from the layout's Signature, it now has to say itself.
        qualifying.setAttributeNS(XMLConstants.XMLNS_ATTRIBUTE_NS_URI, "xmlns:ds", XMLSignature.XMLNS);
        DOMSignContext context = new DOMSignContext(privateKey(keyFile), target, target.getFirstChild());
        context.setDefaultNamespacePrefix(prefix);
        context.setIdAttributeNS(target, null, "Id");
        properties.setIdAttributeNS(null, "Id", true);
        signature.sign(context);
        TransformerFactory.newInstance().newTransformer().transform(new DOMSource(document), new StreamResult(new File(to)));
    }

    private static SignedInfo signedInfo(Document document, Element target, Element properties) throws Exception {
        DigestMethod digest = DSIG.newDigestMethod(algorithm(document, "DigestMethod"), null);
        List<Transform> transforms = List.of(
            DSIG.newTransform(Transform.ENVELOPED, (TransformParameterSpec) null),
            DSIG.newTransform("http://www.w3.org/2001/10/xml-exc-c14n#", (TransformParameterSpec) null));
        return DSIG.newSignedInfo(
            DSIG.newCanonicalizationMethod(algorithm(document, "CanonicalizationMethod"), (C14NMethodParameterSpec) null),
            DSIG.newSignatureMethod(algorithm(document, "SignatureMethod"), null),
            List.of(
                DSIG.newReference("#" + target.getAttribute("Id"), digest, transforms, null, null),
                DSIG.newReference(
                    "#" + properties.getAttribute("Id"), digest, null, "http://uri.etsi.org/01903#SignedProperties", null)));
    }

    private static KeyInfo keyInfo(String certificate) throws Exception {
        KeyInfoFactory factory = DSIG.getKeyInfoFactory();
        byte[] encoded = Base64.getMimeDecoder().decode(certificate);
        X509Data data = factory.newX509Data(List.of(certificate(new java.io.ByteArrayInputStream(encoded))));
        return factory.newKeyInfo(List.of(data));
    }

    private static PrivateKey privateKey(String file) throws Exception {
        String text = Files.readString(Path.of(file)).replaceAll("-----[^-]+-----", "");
        PKCS8EncodedKeySpec encoded = new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(text));
        try {
            return KeyFactory.getInstance("RSA").generatePrivate(encoded);
        } catch (java.security.spec.InvalidKeySpecException notRsa) {
            return KeyFactory.getInstance("EC").generatePrivate(encoded);
        }
    }

    private static X509Certificate certificate(InputStream stream) throws Exception {
        return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(stream);
    }

    private static String algorithm(Document document, String name) {
        return ((Element) document.getElementsByTagNameNS(XMLSignature.XMLNS, name).item(0)).getAttribute("Algorithm");
    }

    private static Element only(Document document, String namespace, String name) {
        NodeList found = document.getElementsByTagNameNS(namespace, name);
        if (found.getLength() != 1) {
            throw new IllegalArgumentException(found.getLength() + " elements " + name);
        }
        return (Element) found.item(0);
    }

    private static Document read(String file) throws Exception {
        DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
        factory.setNamespaceAware(true);
        factory.setFeature("http://apache.org/xml/features/disallow-doctype-decl", true);
        return factory.newDocumentBuilder().parse(new File(file));
    }
}
